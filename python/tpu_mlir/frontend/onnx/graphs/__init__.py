"""What is around the nodes of a graph: the function that they stand in, its results, and the graphs that nodes hold."""
