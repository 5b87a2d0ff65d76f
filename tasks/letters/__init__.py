"""Letters: facts put into dignified words, in Chinese and in English, and into a mail."""
