"""Sealed Oxigraph stores and questions to them."""
