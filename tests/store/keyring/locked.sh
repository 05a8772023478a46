# The parts of with_keyring.sh that run on a bus with a keyring that is locked, or with none: runs the
# program with these arguments. With MIDAS_KEYRING_HANGS, the service does not answer.
program=$1
path=$2

gnome-keyring-daemon --start --foreground --components=secrets >/dev/null 2>&1 &
daemon=$!
# It takes the daemon a moment to appear on the bus.
for _ in $(seq 100); do
  "$program" "$path" load 2>&1 | grep -q "was not provided" || break
  sleep 0.1
done
if [ -z "${MIDAS_KEYRING_HANGS:-}" ]; then
  exec "$@"
fi
status=0
kill -STOP $daemon
"$@" || status=$?
kill -KILL $daemon
exit $status
