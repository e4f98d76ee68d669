"""Cubes meet their sheets: labels become codes, cells become observations."""
