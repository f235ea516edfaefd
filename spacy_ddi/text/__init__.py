"""From characters to tokens, lines and sentences, and what the models read of them."""
