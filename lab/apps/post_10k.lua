-- wrk: every request is a POST of the 10 KB that asgi_echo.py sends back. Prepared once; a function
-- per request or per answer would cost the load more than the server.
wrk.method = "POST"
wrk.body = string.rep("0123456789abcdef", 640)
wrk.headers["Content-Type"] = "application/octet-stream"

dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "percentiles.lua")
