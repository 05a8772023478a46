#include "simulator/tokens/jwt.hpp"

#include "simulator/tokens/json_text.hpp"

#include <array>
#include <optional>

namespace midas::internal::simulator {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A `uti` is 16 bytes in base64url. With the two characters `",` that follow it, it fills eight
/// groups of three bytes, and so exactly unique_id_size characters of the encoded payload.
constexpr std::size_t uti_size = 22;
constexpr std::string_view uti_placeholder = "AAAAAAAAAAAAAAAAAAAAAA";
static_assert(uti_placeholder.size() == uti_size);
static_assert((uti_size + 2) / 3 * 4 == unique_id_size);

/// The size of an RSA-2048 signature.
constexpr std::size_t signature_size = 256;

char* encode_group(char* out, std::uint32_t group) noexcept {
  *out++ = alphabet[group >> 18 & 63];
  *out++ = alphabet[group >> 12 & 63];
  *out++ = alphabet[group >> 6 & 63];
  *out++ = alphabet[group & 63];
  return out;
}

std::uint32_t byte_at(std::string_view bytes, std::size_t i) noexcept {
  return static_cast<unsigned char>(bytes[i]);
}

std::uint64_t scrambled(std::uint64_t x) noexcept {
  // The finalizer of SplitMix64. It is a bijection, so different numbers stay different.
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

const std::string& encoded_header() {
  static const std::string text =
      base64url(R"({"typ":"JWT","alg":"RS256","x5t":"midas-simulator-not-a-key--",)"
                R"("kid":"midas-simulator-not-a-key--"})");
  return text;
}

const std::string& encoded_signature() {
  static const std::string text = [] {
    std::string bytes;
    while (bytes.size() < signature_size) {
      bytes += "This is a simulated token: its signature signs nothing. ";
    }
    bytes.resize(signature_size);
    return base64url(bytes);
  }();
  return text;
}

/// Removes characters of the filler, so that `border` becomes a multiple of three: text after it
/// then starts a base64 group.
void align(std::string& json, std::size_t filler_at, std::size_t border) {
  json.erase(filler_at, border % 3);
}

/// The encoded claims that depend only on the identity: the end of the payload, from the comma
/// before them. They are most of a token and worth keeping, since few identities request many
/// resources.
class identity_claims {
 public:
  explicit identity_claims(const jwt_claims& claims)
      : client_id_(claims.client_id),
        object_id_(claims.object_id),
        resource_id_(claims.resource_id),
        tenant_id_(claims.tenant_id) {
    constexpr std::string_view filler =
        "1.AQEASimulatedByMidasSimulatedByMidasSimulatedByMidasSimulated.";
    constexpr std::string_view marker = R"("uti":")";
    const auto issuer = std::string("https://sts.windows.net/").append(claims.tenant_id) + "/";
    std::string json;
    json_object(json)
        .text("iss", issuer)
        .text("appid", claims.client_id)
        .text("appidacr", "2")
        .text("idp", issuer)
        .text("idtyp", "app")
        .text("oid", claims.object_id)
        .text("rh", filler)
        .text("sub", claims.object_id)
        .text("tid", claims.tenant_id)
        .text("uti", uti_placeholder)
        .text("ver", "1.0")
        .text("xms_act_fct", "3 9")
        .text("xms_ftd", "SimulatedByMidasSimulatedByMidasSimulatedByMidasSimulatedByMidas")
        .text("xms_idrel", "7 24")
        .text("xms_mirid", claims.resource_id)
        .text("xms_rd", "0.SimulatedByMidasSimulatedByMidasSimulatedByMidas")
        .text("xms_sub_fct", "3 9")
        .text("xms_tcdt", "1577836800");
    json.front() = ',';
    align(json, json.find(filler), json.find(marker) + marker.size());
    unique_id_at_ = (json.find(marker) + marker.size()) / 3 * 4;
    encoded_ = base64url(json);
  }

  [[nodiscard]] bool are_of(const jwt_claims& claims) const noexcept {
    return client_id_ == claims.client_id && object_id_ == claims.object_id &&
           resource_id_ == claims.resource_id && tenant_id_ == claims.tenant_id;
  }
  [[nodiscard]] const std::string& encoded() const noexcept { return encoded_; }
  [[nodiscard]] std::size_t unique_id_at() const noexcept { return unique_id_at_; }

 private:
  std::string client_id_;
  std::string object_id_;
  std::string resource_id_;
  std::string tenant_id_;
  std::string encoded_;
  std::size_t unique_id_at_ = 0;
};

/// Each thread keeps the claims of the identity that it encoded last.
const identity_claims& claims_of_identity(const jwt_claims& claims) {
  thread_local std::optional<identity_claims> last;
  if (!last || !last->are_of(claims)) {
    last.emplace(claims);
  }
  return *last;
}

/// The encoded claims that differ between tokens: the beginning of the payload, up to the comma.
std::string encoded_token_claims(const jwt_claims& claims) {
  constexpr std::string_view filler = "k2RgYSimulatedByMidasSimulatedByMidas0000==";
  std::string json;
  json.reserve(256 + claims.resource.size());
  json_object(json)
      .text("aud", claims.resource)
      .number("iat", claims.not_before)
      .number("nbf", claims.not_before)
      .number("exp", claims.expires_on)
      .text("aio", filler);
  json.pop_back();
  align(json, json.size() - filler.size() - 1, json.size());
  return base64url(json);
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  char* out = text.data();
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    out = encode_group(
        out, byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2));
  }
  if (i < bytes.size()) {
    const bool two = bytes.size() - i == 2;
    std::array<char, 4> last{};
    encode_group(last.data(), byte_at(bytes, i) << 16 | (two ? byte_at(bytes, i + 1) << 8 : 0U));
    text.replace(text.size() - (two ? 3 : 2), two ? 3 : 2, last.data(), two ? 3 : 2);
  }
  return text;
}

jwt_template make_jwt_template(const jwt_claims& claims) {
  const auto& header = encoded_header();
  const auto& signature = encoded_signature();
  const auto of_token = encoded_token_claims(claims);
  const auto& of_identity = claims_of_identity(claims);
  jwt_template result;
  result.unique_id_at = header.size() + 1 + of_token.size() + of_identity.unique_id_at();
  result.text.reserve(header.size() + of_token.size() + of_identity.encoded().size() +
                      signature.size() + 2);
  result.text.append(header)
      .append(1, '.')
      .append(of_token)
      .append(of_identity.encoded())
      .append(1, '.')
      .append(signature);
  return result;
}

void stamp_unique_id(char* slot, std::uint64_t issuer, std::uint64_t serial) noexcept {
  std::array<char, uti_size + 2> claim{};
  char* out = claim.data();
  std::uint64_t first = scrambled(serial);
  std::uint64_t second = scrambled(issuer);
  // Eleven characters of six bits hold a number of 64 bits.
  for (auto* number : {&first, &second}) {
    for (int i = 0; i < 11; ++i, *number >>= 6) {
      *out++ = alphabet[*number & 63];
    }
  }
  claim[uti_size] = '"';
  claim[uti_size + 1] = ',';
  const std::string_view bytes(claim.data(), claim.size());
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    slot = encode_group(
        slot, byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2));
  }
}

}  // namespace midas::internal::simulator
