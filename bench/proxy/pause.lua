-- Each connection of wrk pauses between its requests: PAUSE milliseconds.
local pause = tonumber(os.getenv("PAUSE"))

function delay()
  return pause
end
