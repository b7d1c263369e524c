"""Helpers that know Odoo and own no model."""
