"""What `python -m bot check` looks at, a module each. `bot.check` puts it together."""
