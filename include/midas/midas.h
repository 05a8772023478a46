/* The C interface: Azure managed-identity tokens for C, and for languages that call C. Link
 * midas::c or libmidas_c. docs/adapters/c.md describes it.
 *
 * Every function may be called from any thread, and accepts NULL wherever it takes a pointer. No
 * C++ exception leaves a function. Texts are UTF-8 and end with a zero. */
#ifndef MIDAS_MIDAS_H
#define MIDAS_MIDAS_H

/* NOLINTBEGIN(modernize-*,readability-identifier-naming): this is C */

#include <stddef.h>
#include <stdint.h>

#if defined(MIDAS_C_STATIC) || !defined(__GNUC__)
#define MIDAS_C_EXPORT
#else
#define MIDAS_C_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. A later version adds functions, codes, and members at the end of
 * midas_request; it changes nothing. An incompatible interface would be another library. */
#define MIDAS_C_VERSION 1

/* What midas_code() returns. The numbers are those of midas::errc; docs/errors.md describes each
 * with its remedy. A later version may add codes. */
enum {
  MIDAS_INTERNAL_ERROR = -2, /* an unexpected exception */
  MIDAS_OUT_OF_MEMORY = -1,
  MIDAS_OK = 0,
  MIDAS_INVALID_RESOURCE = 1,
  MIDAS_INVALID_IDENTITY = 2,
  MIDAS_INVALID_ENDPOINT = 3,
  MIDAS_ENDPOINT_NOT_ALLOWED = 4,
  MIDAS_INVALID_TIMEOUT = 5,
  MIDAS_DEADLINE_EXCEEDED = 6,
  MIDAS_CANCELLED = 7,
  MIDAS_UNREACHABLE = 8,
  MIDAS_CONNECTION_LOST = 9,
  MIDAS_REQUEST_TIMEOUT = 10,
  MIDAS_INVALID_HTTP = 11,
  MIDAS_RESPONSE_TOO_LARGE = 12,
  MIDAS_INVALID_RESPONSE = 13,
  MIDAS_IDENTITY_NOT_FOUND = 14,
  MIDAS_REQUEST_REJECTED = 15,
  MIDAS_THROTTLED = 16,
  MIDAS_SERVICE_UNAVAILABLE = 17,
  MIDAS_SHUTTING_DOWN = 18,
  MIDAS_ACTOR_TERMINATED = 19,
  MIDAS_WOULD_BLOCK = 20,
  MIDAS_IDENTITY_NOT_SUPPORTED = 21,
  MIDAS_INVALID_CONFIGURATION = 22, /* also: the service is NULL */
  MIDAS_CHALLENGE_REJECTED = 23,
  MIDAS_IDENTITY_NOT_CONFIRMED = 24,
  MIDAS_CERTIFICATE_MISMATCH = 25,
  MIDAS_HOST_BUSY = 26,
  MIDAS_FORKED = 27,
  MIDAS_NOT_STARTED = 28,
  MIDAS_INVALID_CLAIMS = 29,
  MIDAS_TOO_MANY_KEYS = 30,
  MIDAS_NOT_AN_AZURE_HOST = 31,
  MIDAS_CLAIMS_NOT_SUPPORTED = 32,
  MIDAS_STORE_FAILED = 33
};

/* How a request names an identity; see midas::identity_kind. */
enum {
  MIDAS_DEFAULT_IDENTITY = 0, /* the service's or the host's choice: usually system-assigned */
  MIDAS_SYSTEM_ASSIGNED = 1,
  MIDAS_CLIENT_ID = 2,
  MIDAS_OBJECT_ID = 3,
  MIDAS_RESOURCE_ID = 4
};

/** Gets tokens and caches them. */
typedef struct midas_service midas_service;
/** A token or an error. */
typedef struct midas_result midas_result;

/** What to request. Zero all members, set `size`, and then what is needed:
 *   midas_request request = {sizeof request};
 *   request.resource = "https://vault.azure.net"; */
typedef struct midas_request {
  size_t size;             /**< sizeof(midas_request), from which the library knows the members */
  const char* resource;    /**< the URI of the resource, or a scope that ends with "/.default" */
  int identity;            /**< one of the constants above */
  const char* identity_id; /**< the id, for the last three of them; NULL or empty otherwise */
  const char* claims;      /**< of a claims challenge (docs/claims.md); NULL for none */
  int force_refresh;       /**< not 0: bypasses the cache */
} midas_request;

/** The MIDAS_C_VERSION of the library. */
MIDAS_C_EXPORT int midas_version(void);

/** The service of this process, configured by its environment; created by the first midas_get(). It
 * is never freed. Works in the child of a fork(), too, which gets a service of its own. */
MIDAS_C_EXPORT midas_service* midas_service_shared(void);

/** Another service, with a cache of its own. `endpoint` is that of IMDS or of its simulator, e.g.
 * "http://127.0.0.1:8080"; NULL leaves host and endpoint to the environment. NULL if memory is
 * exhausted. In the child of a fork(), every call with a service of the parent fails with
 * MIDAS_FORKED. */
MIDAS_C_EXPORT midas_service* midas_service_new(const char* endpoint);

/** Ends the service, which no other thread may use any more. Results remain valid. Does nothing for
 * NULL and for the shared service. */
MIDAS_C_EXPORT void midas_service_free(midas_service* service);

/** Returns the cached token at once; otherwise blocks until there is a token or an error, at most
 * for the timeout, which must be positive. The result is never NULL, and must be freed. */
MIDAS_C_EXPORT midas_result* midas_get(midas_service* service, const midas_request* request,
                                       int64_t timeout_ms);

/** MIDAS_OK if the result is a token, the code of the error otherwise. MIDAS_OUT_OF_MEMORY for
 * NULL.
 */
MIDAS_C_EXPORT int midas_code(const midas_result* result);

/** One line: what failed, and what to do about it. Never contains a secret. Empty for a token.
 * Valid until the result is freed, as are the texts of the next two functions. */
MIDAS_C_EXPORT const char* midas_error_text(const midas_result* result);

/** 1 if the same request may succeed later, so that a server should answer 503 rather than 500; see
 * midas::is_transient(). 0 for other errors and for a token. */
MIDAS_C_EXPORT int midas_is_transient(const midas_result* result);

/** In how many milliseconds the same request may succeed at the earliest. 0 if that is not known,
 * and for a token. */
MIDAS_C_EXPORT int64_t midas_retry_after_ms(const midas_result* result);

/** The token. Empty for an error. */
MIDAS_C_EXPORT const char* midas_token(const midas_result* result);

/** The value of an Authorization header, usually "Bearer " and the token. Empty for an error. */
MIDAS_C_EXPORT const char* midas_authorization(const midas_result* result);

/** When the token expires, in seconds since 1970-01-01 UTC. 0 for an error. */
MIDAS_C_EXPORT int64_t midas_expires_on(const midas_result* result);

/** Wipes and frees the result. Does nothing for NULL. */
MIDAS_C_EXPORT void midas_result_free(midas_result* result);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-*,readability-identifier-naming) */

#endif
