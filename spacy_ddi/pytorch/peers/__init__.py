"""The networks of the other systems in Table 1 of Li & Ji 2019, one file a system.

Each gives one vector a pair (`PairReader`), and is built from the published description alone. They
get what all rows of our table get: blinded mentions, our token vectors, our candidate pairs.
"""
