"""The paper's Table 1, and rows that it does not have, trained and scored side by side."""
