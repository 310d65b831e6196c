"""Stage 1: models of other frameworks in, modules of the `top` dialect out."""
