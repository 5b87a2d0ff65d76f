"""What is decided: pure rules over values, standard library only."""
