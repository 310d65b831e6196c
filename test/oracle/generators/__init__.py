"""Random commands, one module for an instruction: each has FORMS, a generator for every form it can make."""
