// Lists the blobs of a container in Azure Storage.
//
//   midas_example_azure_storage https://ACCOUNT.blob.core.windows.net/CONTAINER [CA_FILE]
//
// CA_FILE names the authority of a storage emulator. On a machine that is not in Azure, a simulated
// IMDS provides the token:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_azure_storage ...
#include <midas/adapters/azure_core.hpp>

#include <azure/core/http/curl_transport.hpp>
#include <azure/storage/blobs.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <span>

namespace {

namespace blobs = Azure::Storage::Blobs;

void list(const char* container_url, const blobs::BlobClientOptions& options) {
  // A credential for each client: the tokens are those of the process all the same.
  const auto credential = std::make_shared<midas::azure_credential>();
  const blobs::BlobContainerClient container{container_url, credential, options};
  for (auto page = container.ListBlobs(); page.HasPage(); page.MoveToNextPage()) {
    for (const auto& blob : page.Blobs) {
      std::cout << blob.Name << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: " << arguments[0] << " CONTAINER_URL [CA_FILE]\n";
    return 2;
  }
  try {
    blobs::BlobClientOptions options;
    if (argc == 3) {
      Azure::Core::Http::CurlTransportOptions emulator;
      emulator.CAInfo = arguments[2];
      options.Transport.Transport = std::make_shared<Azure::Core::Http::CurlTransport>(emulator);
    }
    list(arguments[1], options);
  } catch (const std::exception& failure) {
    // Without a token, this is midas's text.
    std::cerr << failure.what() << '\n';
    return 1;
  }
}
