"""Who holds which post: appointed, standing in, handing over, missing."""
