"""The sheet as cells, its tabs and columns, found by heading."""
