using System.Globalization;

namespace ResPrune.TinyModel.Training;

/// <summary>Means over the steps since the last log line.</summary>
internal sealed class LossWindow
{
    private float _answer, _mention, _patch, _accuracy, _norm;
    private int _steps, _pictures;
    private TimeSpan _since;

    public void Add(StepResult result, float norm, int pictures)
    {
        _answer += result.AnswerLoss;
        _mention += result.MentionLoss;
        _patch += result.PatchLoss;
        _accuracy += result.PatchAccuracy;
        _norm += norm;
        _steps++;
        _pictures += pictures;
    }

    /// <summary>The means as text; then starts anew.</summary>
    public string Flush(TimeSpan now)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"answers {_answer / _steps:F4} mentions {_mention / _steps:F4} patches {_patch / _steps:F4} right {_accuracy / _steps:F3} gradient {_norm / _steps:F2} pictures/s {_pictures / (now - _since).TotalSeconds:F1}");
        (_answer, _mention, _patch, _accuracy, _norm, _steps, _pictures, _since) = (0, 0, 0, 0, 0, 0, 0, now);
        return text;
    }
}
