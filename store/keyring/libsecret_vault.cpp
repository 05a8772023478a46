#include "store/keyring/libsecret_vault.hpp"

#include <condition_variable>
#include <libsecret/secret.h>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace midas::internal {

namespace {

constexpr auto item_label = "Azure managed-identity tokens (midas)";

struct object_release {
  void operator()(gpointer object) const noexcept { ::g_object_unref(object); }
};
template <class T>
using object_ptr = std::unique_ptr<T, object_release>;

struct value_release {
  void operator()(SecretValue* value) const noexcept { ::secret_value_unref(value); }
};
using value_ptr = std::unique_ptr<SecretValue, value_release>;

struct schema_release {
  void operator()(SecretSchema* schema) const noexcept { ::secret_schema_unref(schema); }
};
using schema_ptr = std::unique_ptr<SecretSchema, schema_release>;

struct table_release {
  void operator()(GHashTable* table) const noexcept { ::g_hash_table_unref(table); }
};
using table_ptr = std::unique_ptr<GHashTable, table_release>;

struct items_release {
  void operator()(GList* items) const noexcept { ::g_list_free_full(items, ::g_object_unref); }
};
using items_ptr = std::unique_ptr<GList, items_release>;

unexpected refuse(const std::string& message, const std::string& advice) {
  error result;
  result.code = errc::store_failed;
  result.message = message;
  result.advice = advice;
  return unexpected{std::move(result)};
}

// One operation of libsecret, which is canceled when its time is over: a prompt that nobody
// answers, or a bus that does not, would otherwise hold the thread for ever.
class bounded_call {
 public:
  explicit bounded_call(std::chrono::milliseconds timeout)
      : timeout_(timeout), timer_([this](const std::stop_token& stop) { wait(stop); }) {}

  [[nodiscard]] GCancellable* cancellable() const noexcept { return cancellable_.get(); }
  GError** failure() noexcept { return &failure_; }
  [[nodiscard]] bool has_failed() const noexcept { return failure_ != nullptr; }

  // After a failure.
  [[nodiscard]] unexpected failed(const std::string& action) const {
    const auto begin = "cannot " + action + " the keyring: ";
    if (::g_cancellable_is_cancelled(cancellable()) != FALSE) {
      return refuse(begin + "it did not answer within " + std::to_string(timeout_.count()) + " ms",
                    "Unlock the keyring first: a prompt for its password may be waiting, which a "
                    "session without a screen cannot show");
    }
    if (is(SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
      return locked(begin);
    }
    // The service has no default keyring, and cannot ask for the password of a new one.
    if (is(SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT) ||
        is(G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
        is(G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)) {
      return refuse(begin + "it does not exist, and was not created",
                    "Log in to the desktop session, or run gnome-keyring-daemon --unlock, which "
                    "creates the keyring");
    }
    return refuse(begin + failure_->message,
                  "A keyring needs a session bus and a service for secrets, such as "
                  "gnome-keyring-daemon; without a desktop session, use file_token_store");
  }
  [[nodiscard]] static unexpected locked(const std::string& begin) {
    return refuse(begin + "it is locked",
                  "Unlock the keyring: log in to the desktop session, or run gnome-keyring-daemon "
                  "--unlock");
  }

  bounded_call(const bounded_call&) = delete;
  bounded_call& operator=(const bounded_call&) = delete;
  ~bounded_call() {
    if (failure_ != nullptr) {
      ::g_error_free(failure_);
    }
  }

 private:
  [[nodiscard]] bool is(GQuark domain, int code) const noexcept {
    return ::g_error_matches(failure_, domain, code) != FALSE;
  }

  void wait(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    stopped_.wait_for(lock, stop, timeout_, [] { return false; });
    if (!stop.stop_requested()) {
      ::g_cancellable_cancel(cancellable());
    }
  }

  std::chrono::milliseconds timeout_;
  object_ptr<GCancellable> cancellable_{::g_cancellable_new()};
  GError* failure_ = nullptr;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  // The last one: it ends before what it uses.
  std::jthread timer_;
};

class libsecret_vault final : public detail::secret_vault {
 public:
  explicit libsecret_vault(libsecret_vault_options options) : options_(std::move(options)) {}

  expected<std::optional<sensitive_string>> look_up() override {
    bounded_call call{options_.timeout};
    const auto service = connect(call);
    if (!service) {
      return call.failed("reach");
    }
    // In a locked keyring, a service may find nothing, which must not count as no tokens.
    const bool is_open = unlock_default(*service, call);
    if (call.has_failed()) {
      return call.failed("unlock");
    }
    const auto item = find(*service, call);
    if (call.has_failed()) {
      return call.failed("search");
    }
    if (!item && is_open) {
      return std::nullopt;
    }
    if (!item || !unlock(*service, item.get(), ::secret_item_get_locked(item.get()), call)) {
      return call.has_failed() ? call.failed("unlock")
                               : bounded_call::locked("cannot read the keyring: ");
    }
    ::secret_item_load_secret_sync(item.get(), call.cancellable(), call.failure());
    if (call.has_failed()) {
      return call.failed("read");
    }
    const value_ptr value{::secret_item_get_secret(item.get())};
    if (!value) {
      return refuse("cannot read the keyring: it did not return the secret",
                    "Check the service for secrets");
    }
    gsize size = 0;
    const auto* const text = ::secret_value_get(value.get(), &size);
    return sensitive_string{text, size};
  }

  expected<void> store(std::string_view text) override { return store(options_.schema_name, text); }

  expected<std::string> set_aside(std::string_view suffix) override {
    const auto text = look_up();
    if (!text) {
      return unexpected{text.error()};
    }
    auto name = options_.schema_name + std::string{suffix};
    if (*text) {
      if (const auto stored = store(name, **text); !stored) {
        return unexpected{stored.error()};
      }
    }
    bounded_call call{options_.timeout};
    const auto service = connect(call);
    if (!service) {
      return call.failed("reach");
    }
    ::secret_service_clear_sync(service->get(), schema(options_.schema_name).get(),
                                attributes().get(), call.cancellable(), call.failure());
    if (call.has_failed()) {
      return call.failed("change");
    }
    return name;
  }

 private:
  static std::optional<object_ptr<SecretService>> connect(bounded_call& call) {
    auto* const service =
        ::secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, call.cancellable(), call.failure());
    return service == nullptr ? std::nullopt : std::optional{object_ptr<SecretService>{service}};
  }

  // The first item with the name and the attributes, preferably one that is not locked.
  [[nodiscard]] object_ptr<SecretItem> find(const object_ptr<SecretService>& service,
                                            bounded_call& call) const {
    const items_ptr items{::secret_service_search_sync(
        service.get(), schema(options_.schema_name).get(), attributes().get(), SECRET_SEARCH_NONE,
        call.cancellable(), call.failure())};
    return object_ptr<SecretItem>{items ? static_cast<SecretItem*>(g_object_ref(items->data))
                                        : nullptr};
  }

  // Unlocks an item or a collection, for which it may show a prompt. False if it stays locked.
  static bool unlock(const object_ptr<SecretService>& service, gpointer object, gboolean is_locked,
                     bounded_call& call) {
    GList list{object, nullptr, nullptr};
    return is_locked == FALSE ||
           ::secret_service_unlock_sync(service.get(), &list, call.cancellable(), nullptr,
                                        call.failure()) == 1;
  }

  // True if there is no default keyring.
  static bool unlock_default(const object_ptr<SecretService>& service, bounded_call& call) {
    const object_ptr<SecretCollection> collection{::secret_collection_for_alias_sync(
        service.get(), SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, call.cancellable(),
        call.failure())};
    return !collection || unlock(service, collection.get(),
                                 ::secret_collection_get_locked(collection.get()), call);
  }

  [[nodiscard]] expected<void> store(const std::string& name, std::string_view text) const {
    bounded_call call{options_.timeout};
    const auto service = connect(call);
    if (!service) {
      return call.failed("reach");
    }
    const value_ptr value{
        ::secret_value_new(text.data(), static_cast<gssize>(text.size()), "text/plain")};
    ::secret_service_store_sync(service->get(), schema(name).get(), attributes().get(),
                                SECRET_COLLECTION_DEFAULT, item_label, value.get(),
                                call.cancellable(), call.failure());
    if (call.has_failed()) {
      return call.failed("change");
    }
    return {};
  }

  [[nodiscard]] schema_ptr schema(const std::string& name) const {
    const table_ptr types{::g_hash_table_new_full(::g_str_hash, ::g_str_equal, ::g_free, nullptr)};
    for (const auto& [attribute, value] : options_.attributes) {
      ::g_hash_table_insert(types.get(), ::g_strdup(attribute.c_str()),
                            GINT_TO_POINTER(SECRET_SCHEMA_ATTRIBUTE_STRING));
    }
    return schema_ptr{::secret_schema_newv(name.c_str(), SECRET_SCHEMA_NONE, types.get())};
  }

  [[nodiscard]] table_ptr attributes() const {
    table_ptr result{::g_hash_table_new_full(::g_str_hash, ::g_str_equal, ::g_free, ::g_free)};
    for (const auto& [attribute, value] : options_.attributes) {
      ::g_hash_table_insert(result.get(), ::g_strdup(attribute.c_str()), ::g_strdup(value.c_str()));
    }
    return result;
  }

  libsecret_vault_options options_;
};

}  // namespace

std::unique_ptr<detail::secret_vault> make_libsecret_vault(libsecret_vault_options options) {
  return std::make_unique<libsecret_vault>(std::move(options));
}

std::string sha256_of(const std::string& text) {
  const std::unique_ptr<char, void (*)(gpointer)> digits{
      ::g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.data(),
                                      static_cast<gssize>(text.size())),
      ::g_free};
  return digits.get();
}

}  // namespace midas::internal
