"""Statistical datasets: views of a cube as tables, files and addresses."""
