using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using ResPrune.Server.Tls;

namespace ResPrune.Server.Fleet;

/// <summary>Which fleet it is. Every silo and every client of a fleet is given the same.</summary>
public sealed class FleetConnectionOptions
{
    /// <summary>Where batches and answers are: a folder that all silos see, or a container.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Store { get; set; } = "";

    /// <summary>
    /// The Redis that membership and reminders are in: <c>HOST:PORT</c>, or a whole StackExchange.Redis configuration string. Give a password
    /// through the environment, not on the command line.
    /// </summary>
    [Required(AllowEmptyStrings = false)]
    public string Redis { get; set; } = "";

    /// <summary>Which silos belong together; two fleets on one Redis need two. Default <c>resprune</c>.</summary>
    [RegularExpression("[A-Za-z0-9_.-]{1,80}")]
    public string ClusterId { get; set; } = "resprune";

    /// <summary>The service across clusters: reminders are its own. Default <c>resprune</c>.</summary>
    [RegularExpression("[A-Za-z0-9_.-]{1,80}")]
    public string ServiceId { get; set; } = "resprune";

    /// <summary>How long a start waits for Redis, and a client for a silo that answers. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Mutual TLS between silos and clients. Default: none. All silos and clients of a fleet have it, or none has.</summary>
    public FleetTlsOptions Tls { get; } = new();

    /// <summary>Opens what <see cref="Tls"/> names; null where it names nothing.</summary>
    /// <exception cref="FleetStartException">A file is missing or cannot be used.</exception>
    internal TlsCredentials? OpenTls(ILogger logger)
    {
        try
        {
            return TlsCredentials.Open(Tls, TimeProvider.System, logger);
        }
        catch (TlsCertificateException exception)
        {
            throw new FleetStartException(exception.Message, exception);
        }
    }
}
