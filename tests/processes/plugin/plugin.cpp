// A module of an application that links midas, as a user would write it.
#include "tests/processes/plugin/plugin.hpp"

#include <midas/midas.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using midas::access_token;

constexpr std::chrono::seconds patience{30};

std::unique_ptr<midas::token_service> service;
std::map<std::string, midas::token_handle> handles;

void start(const char* endpoint) {
  midas::token_service_options options;
  options.endpoint = endpoint;
  service = std::make_unique<midas::token_service>(options);
}

template <class Outcome>
void* boxed(Outcome outcome) {
  return outcome ? new access_token{*std::move(outcome)} : nullptr;
}

void* ask(const char* resource) { return boxed(service->get({.resource = resource}, patience)); }

void* ask_by_handle(const char* resource) {
  auto found = handles.find(resource);
  if (found == handles.end()) {
    found = handles.emplace(resource, service->for_resource(resource)).first;
  }
  return boxed(found->second.get(patience));
}

void* find(const char* resource) { return boxed(service->try_get({.resource = resource})); }

const char* text(const void* token) {
  return static_cast<const access_token*>(token)->token().reveal().data();
}

void* copy(const void* token) { return new access_token{*static_cast<const access_token*>(token)}; }

void destroy(void* token) { delete static_cast<access_token*>(token); }

void stop() {
  handles.clear();
  service.reset();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const plugin midas_test_plugin;
const plugin midas_test_plugin{&start, &ask, &ask_by_handle, &find, &text, &copy, &destroy, &stop};
