// The scripted server, which tests of other rooms may build in as well.
#include "../support/raw_server.cpp"
