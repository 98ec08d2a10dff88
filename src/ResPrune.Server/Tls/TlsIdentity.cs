using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ResPrune.Server.Tls;

/// <summary>
/// Who this process is to its peers, and whom it believes: its own certificate, and the authority that peers' certificates must come from.
/// Immutable; certificates that are renewed make a new one.
/// </summary>
internal sealed class TlsIdentity
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection _intermediates;
    private readonly X509Certificate2Collection _authorities;

    private TlsIdentity(X509Certificate2 own, X509Certificate2Collection intermediates, X509Certificate2Collection authorities)
    {
        Own = own;
        ExpiresAt = own.NotAfter.ToUniversalTime();
        _intermediates = intermediates;
        _authorities = authorities;
    }

    /// <summary>The certificate that is shown to peers, with its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>When <see cref="Own"/> is no longer valid, in UTC.</summary>
    public DateTime ExpiresAt { get; }

    /// <summary>Reads the three files of <see cref="FleetTlsOptions"/> and checks that they belong together.</summary>
    /// <param name="files">The files; all three must be named.</param>
    /// <param name="now">The time that the certificate must be valid at.</param>
    /// <exception cref="TlsCertificateException">A file is missing or unreadable, or its certificate would be refused by the peers.</exception>
    public static TlsIdentity Load(FleetTlsOptions files, DateTimeOffset now)
    {
        var (certificate, key, ca) = (Named(files.Certificate, "certificate"), Named(files.Key, "key"), Named(files.Ca, "ca"));
        var authorities = ReadCertificates(ca);
        var intermediates = ReadCertificates(certificate);
        var own = Read(certificate, key);
        intermediates.RemoveAt(0);
        var identity = new TlsIdentity(own, intermediates, authorities);
        if (identity.FindFault(own, sent: null, now) is { } fault)
            throw new TlsCertificateException($"The certificate in '{certificate}' would be refused by the rest of the fleet: {fault}.");
        return identity;
    }

    /// <summary>An authority and a certificate of it that live as long as this process; nobody else has the key, so nobody else can connect.</summary>
    public static TlsIdentity MakeForThisProcess(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=resprune", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        // A run may go on for months; the clock may be set meanwhile.
        var own = request.CreateSelfSigned(now.AddYears(-1), now.AddYears(10));
        return new TlsIdentity(own, [], [own]);
    }

    /// <summary>Why the certificate of a peer is not one of this fleet; null when it is.</summary>
    /// <param name="certificate">The certificate that the peer showed.</param>
    /// <param name="sent">What came with it, intermediate certificates among it; null where nothing did.</param>
    /// <param name="now">The time that it must be valid at.</param>
    public string? FindFault(X509Certificate2 certificate, X509Chain? sent, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_authorities);
        policy.ExtraStore.AddRange(_intermediates);
        if (sent is not null) policy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        // Authorities of fleets seldom publish revocation; certificates are short-lived instead. Nothing is fetched to complete a chain.
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        // One certificate serves in both directions: silos accept connections and make them.
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (chain.Build(certificate)) return null;
        return string.Join(", ", chain.ChainStatus.Select(status => Explain(status, certificate)).Distinct());
    }

    private static string Explain(X509ChainStatus status, X509Certificate2 certificate) => status.Status switch
    {
        X509ChainStatusFlags.NotTimeValid =>
            $"it (or one above it) is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u} only",
        X509ChainStatusFlags.NotValidForUsage => "it does not allow both server and client authentication (extended key usage)",
        X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.NotSignatureValid =>
            "it was not signed by the authority of this fleet",
        _ => status.StatusInformation.TrimEnd('.'),
    };

    private static string Named(string? path, string option) => string.IsNullOrEmpty(path)
        ? throw new TlsCertificateException(
            $"--tls-{option} is missing: mutual TLS needs --tls-certificate, --tls-key and --tls-ca, each a PEM file.")
        : path;

    private static X509Certificate2 Read(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new TlsCertificateException(
                $"'{key}' is not the private key of the certificate in '{certificate}': both must be PEM, the key not encrypted.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TlsCertificateException($"The key file '{key}' cannot be read: {exception.Message}", exception);
        }
    }

    private static X509Certificate2Collection ReadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new TlsCertificateException($"The certificates in '{path}' cannot be read: {exception.Message}", exception);
        }

        return certificates.Count > 0
            ? certificates
            : throw new TlsCertificateException($"'{path}' holds no certificate: give a PEM file ('-----BEGIN CERTIFICATE-----').");
    }
}
