using Microsoft.Extensions.Logging;

namespace ResPrune.Inference.Engine;

/// <summary>The engine's log messages; never a question, an answer or image bytes.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "Loaded {Model}: {Parameters} parameters as {DType} on {Device} in {Seconds:F2} s")]
    public static partial void ModelLoaded(ILogger logger, string model, long parameters, string dtype, string device, double seconds);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning, Message = "A micro-batch of {Requests} failed; trying its requests in smaller ones")]
    public static partial void BatchFailed(ILogger logger, Exception exception, int requests);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Error, Message = "Request {RequestId} failed in the engine")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Error, Message = "Request {RequestId} failed in preprocessing")]
    public static partial void PreprocessingFailed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(EventId = 1005, Level = LogLevel.Critical, Message = "The device thread ended unexpectedly")]
    public static partial void LoopDied(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1007, Level = LogLevel.Warning, Message = "This engine would let torch use {Wanted} threads; the process uses {Decided}, as its first engine decided")]
    public static partial void ThreadsDecided(ILogger logger, int wanted, int decided);

    [LoggerMessage(EventId = 1008, Level = LogLevel.Critical, Message = "{Reason}; nothing is answered on it any more")]
    public static partial void DeviceFailed(ILogger logger, Exception exception, string reason);

    [LoggerMessage(EventId = 1006, Level = LogLevel.Warning, Message = "{Notice}")]
    public static partial void ModelNotice(ILogger logger, string notice);
}
