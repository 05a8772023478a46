#include "tests/simulator/support/curl_client.hpp"

#include <stdexcept>
#include <utility>

namespace midas::internal::test {

namespace {

std::size_t append(char* bytes, std::size_t, std::size_t size, void* out) {
  static_cast<std::string*>(out)->append(bytes, size);
  return size;
}

}  // namespace

curl_client::curl_client(std::string trusted_file)
    : handle_(curl_easy_init(), &curl_easy_cleanup), trusted_file_(std::move(trusted_file)) {
  if (handle_ == nullptr) {
    throw std::runtime_error("no curl handle");
  }
}

curl_answer curl_client::ask(const std::string& url, const std::vector<std::string>& fields,
                             const std::string& body) {
  auto* const handle = handle_.get();
  curl_easy_reset(handle);
  curl_answer answer;
  curl_slist* lines = nullptr;
  for (const auto& field : fields) {
    lines = curl_slist_append(lines, field.c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(lines,
                                                                          &curl_slist_free_all);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_CONNECT_TO, address_.get());
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(handle, CURLOPT_CAINFO, trusted_file_.empty() ? nullptr : trusted_file_.c_str());
  curl_easy_setopt(handle, CURLOPT_CERTINFO, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  if (!body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
  }
  answer.code = curl_easy_perform(handle);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &answer.connects);
  curl_certinfo* shown = nullptr;
  curl_easy_getinfo(handle, CURLINFO_CERTINFO, &shown);
  for (int i = 0; shown != nullptr && i < shown->num_of_certs; ++i) {
    for (const auto* item = shown->certinfo[i]; item != nullptr; item = item->next) {
      const std::string line = item->data;
      if (line.starts_with("Cert:")) {
        answer.certificate = line.substr(5);
      }
    }
  }
  return answer;
}

}  // namespace midas::internal::test
