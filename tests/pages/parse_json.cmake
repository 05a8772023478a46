string(JSON type TYPE "$ENV{TEXT}")
