using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace ResPrune.Batch.Storage;

/// <summary>
/// What the Azure SDK throws: whether it is tried again, and in the words of <see cref="IBlobStore"/> an <see cref="IOException"/> that names the
/// container and what to do. No message repeats what the service or the SDK wrote at length: it may hold a signature.
/// </summary>
internal sealed class AzureFaults(Uri service, string container, StoreRetryOptions options, TimeProvider time)
{
    // The service's own header comes first: it is the finer one.
    private static readonly string[] MillisecondHeaders = ["x-ms-retry-after-ms", "retry-after-ms"];

    private readonly StoreRetry _retry = new(options, time, MayPass, exception => RetryAfter(exception, time.GetUtcNow()));
    private readonly string _url = $"{service.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{container}";

    /// <summary>Runs a request, again where its fault may pass; the fault that stays comes out translated.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsStorage(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(exception);
        }
    }

    private static bool IsStorage(Exception exception) => exception
        is RequestFailedException
        or AuthenticationFailedException
        or AggregateException
        or HttpRequestException
        or BrokenBodyException
        or (IOException and not (BlobStoreUnavailableException or BlobTooLargeException or BlobRefusedException))
        or OperationCanceledException;

    // A name that is not there will not be there in a second; a name service that does not answer may.
    private static bool MayPass(Exception exception) => exception switch
    {
        RequestFailedException { Status: not (0 or 408 or 429 or 500 or 502 or 503 or 504) } => false,
        CredentialUnavailableException => false,
        _ => IsStorage(exception) && RootOf(exception) is not SocketException { SocketErrorCode: SocketError.HostNotFound },
    };

    /// <summary>The wait that the service asked for, also where the fault has been translated; null where it asked for none.</summary>
    public static TimeSpan? RetryAfter(Exception exception, DateTimeOffset now)
    {
        var fault = exception;
        while (fault is not RequestFailedException && fault.InnerException is { } inner) fault = inner;
        if ((fault as RequestFailedException)?.GetRawResponse() is not { } response) return null;
        foreach (var header in MillisecondHeaders)
        {
            if (response.Headers.TryGetValue(header, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
                return TimeSpan.FromMilliseconds(milliseconds);
        }

        return response.Headers.TryGetValue("Retry-After", out var given) && RetryConditionHeaderValue.TryParse(given, out var after)
            ? after.Delta ?? (after.Date > now ? after.Date - now : null)
            : null;
    }

    private static Exception RootOf(Exception exception)
    {
        while (exception.InnerException is { } inner && exception is not (SocketException or AuthenticationException)) exception = inner;
        return exception;
    }

    /// <summary>The exception to throw for a fault that is not the caller's cancellation.</summary>
    private IOException Translate(Exception exception) => exception switch
    {
        AggregateException tries when tries.InnerExceptions.Count > 0 => Translate(tries.InnerExceptions[^1]),
        RequestFailedException { Status: 0 } lost => Unreachable(lost),
        RequestFailedException answer => OfStatus(answer),
        CredentialUnavailableException => Unavailable(
            $"There is no Azure identity to open '{_url}' with. In a cluster give the pod a workload identity, on a machine of your own run "
            + $"'az login', or put a connection string into {BlobStoresOptions.ConnectionStringVariable} and give the address as azure:{container}."),
        AuthenticationFailedException => Unavailable(
            $"Signing in for '{_url}' failed. Check the workload identity (AZURE_CLIENT_ID, AZURE_TENANT_ID and the federated token file) or run 'az login'."),
        OperationCanceledException or IOException { InnerException: TimeoutException } => new IOException(
            $"'{_url}' did not answer in time; the outcome is not known. Is the service overloaded or the network cut?", exception),
        BrokenBodyException { InnerException: OperationCanceledException silent } => Translate(silent),
        _ => Unreachable(exception),
    };

    private IOException OfStatus(RequestFailedException answer)
    {
        var code = answer.ErrorCode is { Length: > 0 } given ? $"{answer.Status} {given}" : $"{answer.Status}";
        if (answer.ErrorCode == BlobErrorCode.ContainerNotFound || answer.ErrorCode == BlobErrorCode.ContainerBeingDeleted)
        {
            var account = Account();
            return Unavailable(
                $"There is no container '{container}' in '{service}' ({code}). Make it: az storage container create --name {container} "
                + $"--account-name {account} --auth-mode login");
        }

        return answer.Status switch
        {
            400 when answer.ErrorCode == BlobErrorCode.InvalidBlockList => new IOException(
                $"A blob in '{_url}' was written by someone else while its blocks were uploaded ({code}); write it again.", answer),
            401 or 403 when answer.ErrorCode == BlobErrorCode.AuthenticationFailed => Unavailable(
                $"'{_url}' did not accept the credentials ({code}). Check the key or signature in the connection string, whether it has expired, and "
                + "this machine's clock."),
            401 or 403 => Unavailable(
                $"No permission for '{_url}' ({code}). Give the identity the role 'Storage Blob Data Contributor' on the container (Reader where it only "
                + "reads), and check the account's network rules."),
            408 or 429 or 500 or 502 or 503 or 504 => new IOException(
                $"'{_url}' is busy ({code}), tried {(options.Retries == 0 ? "once" : $"up to {options.Tries} times")}; try again later.", answer),
            _ => new BlobRefusedException($"'{_url}' refused a request ({code}).", answer),
        };
    }

    private BlobStoreUnavailableException Unreachable(Exception exception)
    {
        return new BlobStoreUnavailableException(
            _url, $"'{service.Host}:{service.Port}' cannot be reached ({RootOf(exception).Message.TrimEnd('.')}). Check the address, the network and its DNS.", exception)
        {
            IsPermanent = false,
        };
    }

    private BlobStoreUnavailableException Unavailable(string message) => new(_url, message);

    // An emulator has the account in the path, the service in the host.
    private string Account() => service.AbsolutePath.Length > 1 ? service.AbsolutePath.Trim('/') : service.Host.Split('.')[0];
}
