"""Who is really in a WhatsApp group: what people paste from it, and whom of the list that shows."""
