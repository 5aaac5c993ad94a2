"""What users write: clusters, profiles and accounts as frozen models, YAML and JSON in and out.

Pure: text or plain data goes in, models or findings come out. No clock, network, disk or chance.
`document` is the door; `cluster`, `profile` and `account` hold the shapes that the other rooms read.
"""
