"""The states that a model can be in, and whether its promises hold in all of them."""
