using Polly;
using Polly.Timeout;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>
/// Reads images of one place, and is the only layer that repeats these reads. A place that is away is no fault of an image's; an image that fails again
/// and again while the place answers is.
/// </summary>
internal sealed class RepeatedImages
{
    /// <summary>Of the tries, the last ones, each of which counts against the image: the store was seen to answer just before.</summary>
    private const int ProvenTries = 3;

    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(10);
    private readonly IImagePlace _place;
    private readonly TimeProvider _time;
    private readonly StoreRetryOptions _options;
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Creates the reader.</summary>
    /// <param name="place">The place, which does not repeat reads itself.</param>
    /// <param name="options">How often and how long.</param>
    /// <param name="time">Clock of the waits and the deadline.</param>
    public RepeatedImages(IImagePlace place, StoreRetryOptions options, TimeProvider time)
    {
        _place = place;
        _options = options;
        _time = time;
        _pipeline = StoreRetry.Pipeline(options, time, failure => failure is ImageUnreadException, Asked);
    }

    /// <summary>Where the images are, for messages.</summary>
    public string Location => _place.Location;

    /// <summary>Reads an image; what is wrong with it is an outcome.</summary>
    /// <exception cref="IOException">The place itself cannot be read; another attempt may succeed.</exception>
    public async Task<ImageFetchOutcome> ReadAsync(string reference, string shown, int maxBytes, CancellationToken cancellationToken)
    {
        var (tries, failure) = (0, (Exception?)null);
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    // Its failure ends the tries: the store is away.
                    if (++tries > Math.Max(1, _options.Tries - ProvenTries)) await _place.ProbeAsync(token).ConfigureAwait(false);
                    try
                    {
                        return await _place.ReadAsync(reference, maxBytes, token).ConfigureAwait(false);
                    }
                    catch (Exception exception) when (exception is IOException or TimeoutException or OperationCanceledException && !token.IsCancellationRequested)
                    {
                        failure = exception;
                        throw new ImageUnreadException(exception);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (ImageUnreadException exception) when (Asked(exception) > _options.Deadline)
        {
            // The place said itself that it is away for longer than is waited here.
            throw new IOException(exception.Message, exception.InnerException);
        }
        catch (ImageUnreadException exception) when (_options.Tries > 1)
        {
            return Fail(RowErrorCode.ImageNotFound, $"'{shown}' cannot be read, tried {tries} times: {exception.Message}");
        }
        catch (Exception exception) when (exception is TimeoutRejectedException or ImageUnreadException)
        {
            // Only a store that answers now makes it the image's fault.
            await ProbeInTimeAsync(cancellationToken).ConfigureAwait(false);
            var limit = $"'{shown}' did not come within {_options.Deadline.TotalSeconds:0.###} s";
            return exception is TimeoutRejectedException
                ? Fail(RowErrorCode.Timeout, failure is null ? limit + "." : $"{limit}, tried {tries} times: {failure.Message}")
                : Fail(RowErrorCode.ImageNotFound, $"'{shown}' cannot be read: {exception.Message}");
        }
    }

    private async Task ProbeInTimeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ProbeTime, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _place.ProbeAsync(both.Token).WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"'{_place.Location}' did not answer within {ProbeTime.TotalSeconds:0.###} s.", exception);
        }
    }

    private TimeSpan? Asked(Exception failure) => AzureFaults.RetryAfter(failure, _time.GetUtcNow());

    private static ImageFetchFailure Fail(RowErrorCode code, string message) => new(code, message);

    /// <summary>One try at the image failed, after the store was seen to answer where that was looked at.</summary>
    private sealed class ImageUnreadException(Exception innerException) : Exception(innerException.Message, innerException);
}
