// How the library compiles RapidJSON's reader. To be included before any header of RapidJSON: with
// SIMD, the reader examines sixteen characters at a time. The namespace of its own keeps the linker
// from merging this reader with one compiled without SIMD.
#pragma once

#if defined(RAPIDJSON_RAPIDJSON_H_)
#error "RapidJSON is included before its settings"
#endif

#define RAPIDJSON_NAMESPACE midas::rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace midas::rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON
#endif
