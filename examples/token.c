/* Gets a token, in C11.
 *
 * Try it with the simulated IMDS:
 *   midas simulate --port 8080
 *   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_token_c
 */
#include <midas/midas.h>

#include <stdio.h>
#include <string.h>

int main(void) {
  midas_request request = {sizeof request, NULL, 0, NULL, NULL, 0};
  request.resource = "https://vault.azure.net";
  /* The shared service caches the token: later calls return at once, in any thread. */
  midas_result* result = midas_get(midas_service_shared(), &request, 5000);
  const int code = midas_code(result);
  if (code == MIDAS_OK) {
    /* midas_authorization(result) is the Authorization header to send to the vault. */
    printf("a token of %zu bytes, until %lld\n", strlen(midas_token(result)),
           (long long)midas_expires_on(result));
  } else {
    (void)fprintf(stderr, "%s\n", midas_error_text(result));
  }
  midas_result_free(result); /* wipes the token */
  return code == MIDAS_OK ? 0 : 1;
}
