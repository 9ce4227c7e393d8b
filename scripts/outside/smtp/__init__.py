"""The mailbox that really sends."""
