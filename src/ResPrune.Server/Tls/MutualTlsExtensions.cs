using Orleans.Connections.Security;

namespace ResPrune.Server.Tls;

/// <summary>Puts mutual TLS under every connection that Orleans makes or accepts.</summary>
internal static class MutualTlsExtensions
{
    // Peers are found by address in Redis and known by the authority that signed them, so the name of a host says nothing.
    private const string HostName = "resprune";

    /// <summary>Between silos, and from clients to gateways.</summary>
    public static ISiloBuilder UseMutualTls(this ISiloBuilder silo, TlsCredentials credentials) => silo.UseTls(tls => Configure(tls, credentials));

    /// <summary>From a client to gateways.</summary>
    public static IClientBuilder UseMutualTls(this IClientBuilder client, TlsCredentials credentials) => client.UseTls(tls => Configure(tls, credentials));

    private static void Configure(TlsOptions tls, TlsCredentials credentials)
    {
        // By selectors, so that a renewed certificate is shown by the next connection.
        tls.LocalServerCertificateSelector = (_, _) => credentials.Own;
        tls.LocalClientCertificateSelector = (_, _, _, _, _) => credentials.Own;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        // About a certificate that is fixed here, and none is; servers require one all the same.
        tls.ClientCertificateMode = RemoteCertificateMode.AllowCertificate;
        tls.RemoteCertificateValidation = (certificate, chain, _) => credentials.Accepts(certificate, chain);
        tls.CheckCertificateRevocation = false;
        tls.OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = HostName;
    }
}
