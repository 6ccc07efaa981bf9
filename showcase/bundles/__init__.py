"""Exported workspaces: what a bundle holds, how it is described, drawn and checked."""
