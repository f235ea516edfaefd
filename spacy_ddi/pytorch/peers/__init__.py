"""The networks of the other systems in Table 1 of Li & Ji 2019, one file a system.

Each gives one vector a pair (`PairReader`). They are built from abstracts, from what later articles
say of them, and from facts of public code where there is some; no code was taken over. A section
that is named is where the article describes the network: not every full text was at hand. They get
what all rows of our table get: blinded mentions, our token vectors, our candidate pairs.
"""
