using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace ResPrune.Server.Tls;

/// <summary>
/// The identity of this process as it is now. Certificates in files are renewed by whoever issues them (cert-manager replaces the mounted secret), so the
/// files are looked at again while connections are made; connections that exist go on.
/// </summary>
internal sealed partial class TlsCredentials
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SayInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly FleetTlsOptions? _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private TlsIdentity _identity;
    private byte[] _contents = [];
    private long _looked;
    private long? _refusalSaid;
    private int _refusals;

    private TlsCredentials(FleetTlsOptions? files, TlsIdentity identity, TimeProvider time, ILogger logger)
    {
        (_files, _identity, _time, _logger) = (files, identity, time, logger);
        _looked = time.GetTimestamp();
    }

    /// <summary>The certificate to show.</summary>
    public X509Certificate2 Own => Current().Own;

    /// <summary>Peers that were refused since the start.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>Credentials from files; null where none is named.</summary>
    /// <exception cref="TlsCertificateException">They cannot be used.</exception>
    public static TlsCredentials? Open(FleetTlsOptions files, TimeProvider time, ILogger logger)
    {
        if (!files.IsSet) return null;
        var identity = TlsIdentity.Load(files, time.GetUtcNow());
        var credentials = new TlsCredentials(files, identity, time, logger);
        credentials._contents = credentials.HashFiles();
        return credentials;
    }

    /// <summary>Credentials that only this process has.</summary>
    public static TlsCredentials MakeForThisProcess(TimeProvider time, ILogger logger) =>
        new(null, TlsIdentity.MakeForThisProcess(time.GetUtcNow()), time, logger);

    /// <summary>Whether a peer belongs to the fleet. Refusals are counted and said, at most one line a minute.</summary>
    public bool Accepts(X509Certificate2 certificate, X509Chain? sent)
    {
        if (Current().FindFault(certificate, sent, _time.GetUtcNow()) is not { } fault) return true;
        var refusals = Interlocked.Increment(ref _refusals);
        lock (_lock)
        {
            if (_refusalSaid is { } said && _time.GetElapsedTime(said) < SayInterval) return false;
            _refusalSaid = _time.GetTimestamp();
        }

        LogRefused(_logger, certificate.Subject, fault, refusals);
        return false;
    }

    private TlsIdentity Current()
    {
        lock (_lock)
        {
            if (_files is null || _time.GetElapsedTime(_looked) < LookInterval) return _identity;
            _looked = _time.GetTimestamp();
            try
            {
                var contents = HashFiles();
                if (contents.AsSpan().SequenceEqual(_contents)) return _identity;
                _identity = TlsIdentity.Load(_files, _time.GetUtcNow());
                _contents = contents;
                LogRenewed(_logger, _identity.ExpiresAt);
            }
            catch (Exception exception) when (exception is TlsCertificateException or IOException or UnauthorizedAccessException)
            {
                // A pair that is being replaced does not match for a moment; the next look finds both.
                LogNotRenewed(_logger, exception.Message);
            }

            return _identity;
        }
    }

    private byte[] HashFiles()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in (string[])[_files!.Certificate!, _files.Key!, _files.Ca!]) hash.AppendData(File.ReadAllBytes(path));
        return hash.GetHashAndReset();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The TLS certificate was renewed; the new one is valid until {NotAfter:u}.")]
    private static partial void LogRenewed(ILogger logger, DateTime notAfter);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changed TLS files cannot be used yet, the old certificate stays in use: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A connection was refused: the certificate '{Subject}' is not one of this fleet: {Fault}. Refused since the start: {Count}.")]
    private static partial void LogRefused(ILogger logger, string subject, string fault, int count);
}
