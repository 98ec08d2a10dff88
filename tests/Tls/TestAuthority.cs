using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ResPrune.Tls;

/// <summary>An authority that signs certificates for a test's fleet, as PEM files in a folder.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _certificate;

    public TestAuthority(string folder)
    {
        Directory.CreateDirectory(folder);
        Folder = folder;
        _certificate = MakeAuthority("CN=test authority", issuer: null);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), _certificate.ExportCertificatePem());
    }

    /// <summary>Where the files are.</summary>
    public string Folder { get; }

    /// <summary>The authority's own certificate.</summary>
    public string Ca => Path.Combine(Folder, "ca.crt");

    /// <summary>Makes a certificate and its key; returns the two files.</summary>
    /// <param name="name">Name of the files and of the subject.</param>
    /// <param name="ends">When it expires; null (default): tomorrow.</param>
    /// <param name="usages">Extended key usages: <c>server</c>, <c>client</c>; null (default): both; empty: the extension is left out.</param>
    /// <param name="throughIntermediate">Whether an intermediate authority signs it; that one's certificate follows in the file.</param>
    public (string Certificate, string Key) Issue(
        string name, DateTimeOffset? ends = null, string[]? usages = null, bool throughIntermediate = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var purposes = new OidCollection();
        foreach (var usage in usages ?? ["server", "client"]) purposes.Add(new Oid(usage == "server" ? ServerAuthentication : ClientAuthentication));
        if (purposes.Count > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        using var intermediate = throughIntermediate ? MakeAuthority("CN=test intermediate", _certificate) : null;
        var to = ends ?? _certificate.NotAfter.AddDays(-1);
        using var signed = request.Create(intermediate ?? _certificate, _certificate.NotBefore.AddSeconds(1), to, RandomNumberGenerator.GetBytes(8));
        var (certificatePath, keyPath) = (Path.Combine(Folder, $"{name}.crt"), Path.Combine(Folder, $"{name}.key"));
        File.WriteAllText(certificatePath, signed.ExportCertificatePem() + "\n" + intermediate?.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return (certificatePath, keyPath);
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 MakeAuthority(string subject, X509Certificate2? issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (issuer is null) return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-2), TimeProvider.System.GetUtcNow().AddDays(3));
        using var signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
