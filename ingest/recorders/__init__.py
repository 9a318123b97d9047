"""Live rooms: channels watched over, and their recordings made durable fragment by fragment."""
