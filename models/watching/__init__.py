"""What whoever watches over the whole asks: how much of everything there is, and what waits for whom."""
