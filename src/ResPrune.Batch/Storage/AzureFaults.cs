using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace ResPrune.Batch.Storage;

/// <summary>
/// What the Azure SDK throws, in the words of <see cref="IBlobStore"/>: an <see cref="IOException"/> that names the container and what to do. No message
/// repeats what the service or the SDK wrote at length: it may hold a signature.
/// </summary>
internal sealed class AzureFaults(Uri service, string container)
{
    private readonly string _url = $"{service.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{container}";

    /// <summary>True for a fault of the SDK or of the way to the service.</summary>
    public static bool IsStorage(Exception exception) => exception
        is RequestFailedException
        or AuthenticationFailedException
        or AggregateException
        or HttpRequestException
        or (IOException and not (BlobStoreUnavailableException or BlobTooLargeException))
        or OperationCanceledException;

    /// <summary>Runs an operation; its faults come out translated.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        try
        {
            return await operation().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsStorage(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(exception);
        }
    }

    /// <summary>The exception to throw for a fault that is not the caller's cancellation.</summary>
    public IOException Translate(Exception exception) => exception switch
    {
        // The SDK's retries come as one exception with every try in it; the last one tells where it ended.
        AggregateException tries when tries.InnerExceptions.Count > 0 => Translate(tries.InnerExceptions[^1]),
        RequestFailedException { Status: 0 } lost => Unreachable(lost),
        RequestFailedException answer => OfStatus(answer),
        CredentialUnavailableException => Unavailable(
            $"There is no Azure identity to open '{_url}' with. In a cluster give the pod a workload identity, on a machine of your own run "
            + $"'az login', or put a connection string into {BlobStoresOptions.ConnectionStringVariable} and give the address as azure:{container}."),
        AuthenticationFailedException => Unavailable(
            $"Signing in for '{_url}' failed. Check the workload identity (AZURE_CLIENT_ID, AZURE_TENANT_ID and the federated token file) or run 'az login'."),
        OperationCanceledException => new IOException(
            $"'{_url}' did not answer in time; the outcome is not known. Is the service overloaded or the network cut?", exception),
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
            429 or 500 or 502 or 503 or 504 => new IOException($"'{_url}' is busy ({code}), also after the retries; try again later.", answer),
            _ => new IOException($"'{_url}' refused a request ({code}).", answer),
        };
    }

    private BlobStoreUnavailableException Unreachable(Exception exception)
    {
        var root = exception;
        while (root.InnerException is not null && root is not (SocketException or AuthenticationException)) root = root.InnerException;
        return new BlobStoreUnavailableException(
            _url, $"'{service.Host}:{service.Port}' cannot be reached ({root.Message.TrimEnd('.')}). Check the address, the network and its DNS.", exception)
        {
            IsPermanent = false,
        };
    }

    private BlobStoreUnavailableException Unavailable(string message) => new(_url, message);

    // An emulator has the account in the path, the service in the host.
    private string Account() => service.AbsolutePath.Length > 1 ? service.AbsolutePath.Trim('/') : service.Host.Split('.')[0];
}
