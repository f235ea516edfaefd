"""Speed and memory, each figure against another of the same run."""
