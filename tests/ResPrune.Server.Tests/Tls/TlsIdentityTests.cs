using System.Security.Cryptography.X509Certificates;
using ResPrune.Server.Tls;
using ResPrune.Tls;

namespace ResPrune.Server.Tests.Tls;

public sealed class TlsIdentityTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-tls-").FullName;
    private readonly TestAuthority _authority;
    private readonly TestAuthority _other;

    public TlsIdentityTests() =>
        (_authority, _other) = (new TestAuthority(Path.Combine(_folder, "fleet")), new TestAuthority(Path.Combine(_folder, "other")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_peer_of_the_same_authority_is_accepted(bool throughIntermediate)
    {
        // The certificate of the intermediate authority stands behind the process's own in the same file.
        var identity = TlsIdentity.Load(Files(_authority.Issue("silo-1", throughIntermediate: throughIntermediate)), Now);
        using var peer = new PeerCertificate(_authority.Issue("silo-2"));
        Assert.Null(identity.FindFault(peer.Certificate, null, Now));
        Assert.Equal("CN=silo-1", identity.Own.Subject);
        Assert.True(identity.Own.HasPrivateKey);
    }

    [Fact]
    public void Peers_of_another_authority_or_with_no_valid_certificate_are_refused_with_the_reason()
    {
        var identity = TlsIdentity.Load(Files(_authority.Issue("silo")), Now);
        AssertRefused(identity, _other.Issue("silo"), "not signed by the authority");
        AssertRefused(identity, _authority.Issue("late", ends: Now.AddHours(-1)), "valid from");
        AssertRefused(identity, _authority.Issue("web", usages: ["server"]), "both server and client");
        AssertRefused(identity, _authority.Issue("user", usages: ["client"]), "both server and client");
        using var plain = new PeerCertificate(_authority.Issue("no-usages", usages: []));
        Assert.Null(identity.FindFault(plain.Certificate, null, Now));
    }

    [Fact]
    public void A_certificate_that_only_this_process_has_accepts_itself_and_nobody_else()
    {
        var mine = TlsIdentity.MakeForThisProcess(Now);
        Assert.Null(mine.FindFault(mine.Own, null, Now));
        Assert.Null(mine.FindFault(mine.Own, null, Now.AddYears(2)));
        Assert.NotNull(mine.FindFault(TlsIdentity.MakeForThisProcess(Now).Own, null, Now));
        AssertRefused(mine, _authority.Issue("silo"), "not signed by the authority");
    }

    [Fact]
    public void What_is_missing_or_wrong_is_named()
    {
        var (certificate, key) = _authority.Issue("silo");
        var (_, otherKey) = _authority.Issue("second");
        var missing = Path.Combine(_folder, "not-there.pem");
        var empty = Path.Combine(_folder, "empty.pem");
        File.WriteAllText(empty, "");
        AssertNotLoaded(new() { Certificate = certificate, Key = key }, "--tls-ca");
        AssertNotLoaded(new() { Certificate = certificate, Ca = _authority.Ca }, "--tls-key");
        AssertNotLoaded(new() { Key = key, Ca = _authority.Ca }, "--tls-certificate");
        AssertNotLoaded(new() { Certificate = missing, Key = key, Ca = _authority.Ca }, missing);
        AssertNotLoaded(new() { Certificate = certificate, Key = missing, Ca = _authority.Ca }, missing);
        AssertNotLoaded(new() { Certificate = certificate, Key = key, Ca = empty }, empty, "no certificate");
        AssertNotLoaded(new() { Certificate = certificate, Key = otherKey, Ca = _authority.Ca }, otherKey, "not the private key");
        AssertNotLoaded(new() { Certificate = certificate, Key = certificate, Ca = _authority.Ca }, "not the private key");
        AssertNotLoaded(new() { Certificate = certificate, Key = key, Ca = _other.Ca }, certificate, "not signed by the authority");
        AssertNotLoaded(Files(_authority.Issue("late", ends: Now.AddHours(-1))), "valid from");
        AssertNotLoaded(Files(_authority.Issue("web", usages: ["server"])), "both server and client");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private FleetTlsOptions Files((string Certificate, string Key) pair) => new() { Certificate = pair.Certificate, Key = pair.Key, Ca = _authority.Ca };

    private static void AssertRefused(TlsIdentity identity, (string Certificate, string Key) peer, string why)
    {
        using var certificate = new PeerCertificate(peer);
        Assert.Contains(why, identity.FindFault(certificate.Certificate, null, Now), StringComparison.Ordinal);
    }

    private static void AssertNotLoaded(FleetTlsOptions files, params string[] words)
    {
        var message = Assert.Throws<TlsCertificateException>(() => TlsIdentity.Load(files, Now)).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private sealed class PeerCertificate((string Certificate, string Key) files) : IDisposable
    {
        public X509Certificate2 Certificate { get; } = X509Certificate2.CreateFromPem(File.ReadAllText(files.Certificate));

        public void Dispose() => Certificate.Dispose();
    }
}
