"""Data for training and measuring: intents, and what is made from them."""
