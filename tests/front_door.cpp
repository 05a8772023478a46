// <midas/midas.hpp> includes no header of CAF, curl or RapidJSON.
#include <midas/midas.hpp>

#if defined(CAF_VERSION) || defined(CAF_MAJOR_VERSION)
#error "the front door includes CAF"
#endif
#ifdef LIBCURL_VERSION
#error "the front door includes curl"
#endif
#ifdef RAPIDJSON_MAJOR_VERSION
#error "the front door includes RapidJSON"
#endif
