size = 500
