"""Charts as SVG, drawn from a cube's structure alone: which kind suits it, and the drawing."""
