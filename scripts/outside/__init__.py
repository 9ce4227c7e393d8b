"""Acts: the only code that touches the world. It may import roster; roster never imports it."""
