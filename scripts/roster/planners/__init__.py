"""A view in, steps out, and the plan in Dutch. Planners do not know each other."""
