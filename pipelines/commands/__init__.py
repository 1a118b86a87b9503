"""The commands of `yanshu`, a file a group. Each file has ``register(app, words)``, which adds its commands
with their help in the chosen language; what a command needs is imported when it runs, so that help is quick."""
