"""The program a person sees: command line, app, screens, key bindings."""
