namespace ResPrune.Server.Tls;

/// <summary>
/// Mutual TLS between the silos and clients of a fleet: every connection is encrypted, and both ends show a certificate of one authority. All three
/// files are PEM. Null everywhere (default): plain connections, for networks that only the fleet can reach.
/// </summary>
public sealed class FleetTlsOptions
{
    /// <summary>This process's certificate, followed by the intermediate ones. It must allow server and client authentication.</summary>
    public string? Certificate { get; set; }

    /// <summary>The private key of <see cref="Certificate"/>, not encrypted.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// Certificates of the authority that signs for this fleet. Whoever has a certificate of it belongs to the fleet, so it should sign for nothing else.
    /// </summary>
    public string? Ca { get; set; }

    /// <summary>Whether any of the files is named.</summary>
    internal bool IsSet => !string.IsNullOrEmpty(Certificate) || !string.IsNullOrEmpty(Key) || !string.IsNullOrEmpty(Ca);
}
