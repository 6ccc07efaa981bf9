"""One router a noun; each is a function of the installation, and a new one is a row of app.ROUTERS."""
